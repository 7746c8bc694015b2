/** The features of the console, each a line: leave one out and its pages, menu entries, commands and keys are gone. */
import { events, feeds, jobs, webhooks } from '@/features/jobs';
import type { Feature } from './feature';

export const features: readonly Feature[] = [jobs, feeds, events, webhooks];

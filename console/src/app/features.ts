/** The features of the console, each a line: leave one out and its pages, menu entries, commands and keys are gone. */
import { orders } from '@/features/orders/feature';
import { today } from '@/features/today/feature';
import type { Feature } from './feature';

export const features: readonly Feature[] = [today, orders];

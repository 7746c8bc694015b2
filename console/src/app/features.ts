/** The features of the console, each a line: leave one out and its pages, menu entries, commands and keys are gone. */
import { exceptions } from '@/features/exceptions/feature';
import { order } from '@/features/order/feature';
import type { Feature } from './feature';

export const features: readonly Feature[] = [order, exceptions];

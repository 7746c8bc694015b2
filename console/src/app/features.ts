/** The features of the console, each a line: leave one out and its pages, menu entries, commands and keys are gone. */
import { account } from '@/features/account';
import { inventory } from '@/features/inventory';
import { network } from '@/features/network';
import { orders } from '@/features/orders/feature';
import { settings } from '@/features/settings';
import { today } from '@/features/today/feature';
import type { Feature } from './feature';

export const features: readonly Feature[] = [today, orders, inventory, network, settings, account];

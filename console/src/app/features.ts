/** The features of the console, each a line: leave one out and its pages, menu entries, commands and keys are gone. */
import { account } from '@/features/account';
import { exceptions } from '@/features/exceptions/feature';
import { inventory } from '@/features/inventory';
import { events, feeds, jobs, webhooks } from '@/features/jobs';
import { network } from '@/features/network';
import { order } from '@/features/order/feature';
import { orders } from '@/features/orders/feature';
import { settings } from '@/features/settings';
import { today } from '@/features/today/feature';
import type { Feature } from './feature';

export const features: readonly Feature[] = [
  today,
  orders,
  order,
  exceptions,
  inventory,
  network,
  jobs,
  feeds,
  events,
  webhooks,
  settings,
  account,
];

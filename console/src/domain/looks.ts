/** The icon and the tone of each phase of an order and each state of a node's work. Words are in `words.ts`. */
import {
  Ban, Box, Check, CircleAlert, CircleCheck, CircleDashed, CircleDot, CirclePause, ClipboardCheck, ClipboardList, Handshake, Hourglass, Inbox,
  PackageOpen, Route, ShoppingBag, Truck, Undo2, X, type LucideIcon,
} from 'lucide-react';
import type { Schemas } from '@/api/client';
import type { Tone } from '@/ui/Status';

export interface Look {
  icon: LucideIcon;
  tone: Tone;
}

export const PHASES: Record<Schemas['Phase'], Look> = {
  draft: { icon: CircleDashed, tone: 'gray' },
  pending: { icon: CircleAlert, tone: 'red' },
  on_hold: { icon: CirclePause, tone: 'orange' },
  confirmed: { icon: CircleDot, tone: 'gray' },
  backordered: { icon: Hourglass, tone: 'orange' },
  planned: { icon: Route, tone: 'blue' },
  released: { icon: Inbox, tone: 'blue' },
  in_fulfillment: { icon: PackageOpen, tone: 'blue' },
  partially_shipped: { icon: Truck, tone: 'cyan' },
  shipped: { icon: Truck, tone: 'cyan' },
  ready_for_pickup: { icon: ShoppingBag, tone: 'violet' },
  delivered: { icon: CircleCheck, tone: 'teal' },
  picked_up: { icon: CircleCheck, tone: 'teal' },
  partially_returned: { icon: Undo2, tone: 'gray' },
  returned: { icon: Undo2, tone: 'gray' },
  canceled: { icon: Ban, tone: 'gray' },
  closed: { icon: Check, tone: 'gray' },
};

export const STATES: Record<Schemas['State'], Look> = {
  planned: { icon: Route, tone: 'gray' },
  released: { icon: Inbox, tone: 'blue' },
  accepted: { icon: Handshake, tone: 'blue' },
  picking: { icon: ClipboardList, tone: 'blue' },
  picked: { icon: ClipboardCheck, tone: 'blue' },
  packed: { icon: Box, tone: 'blue' },
  ready_for_pickup: { icon: ShoppingBag, tone: 'violet' },
  shipped: { icon: Truck, tone: 'cyan' },
  collected: { icon: CircleCheck, tone: 'teal' },
  delivered: { icon: CircleCheck, tone: 'teal' },
  rejected: { icon: X, tone: 'red' },
  canceled: { icon: Ban, tone: 'gray' },
};

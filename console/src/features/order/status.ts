/** What stands for what: the icon and the tone of each phase, state and event. Words are in the catalog. */
import {
  Ban, Bell, Bot, Box, CalendarClock, Check, CircleAlert, CircleCheck, CircleDashed, CircleDot, CirclePause, ClipboardCheck, ClipboardList, Clock, Hand,
  Handshake, Hourglass, Inbox, MapPin, MessageSquare, PackageCheck, PackageOpen, Route, ShoppingBag, ShoppingCart, StickyNote, Store, Truck, Undo2, X,
  type LucideIcon,
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

export const SCANS: Partial<Record<Schemas['Status'], Look>> = {
  delivered: { icon: CircleCheck, tone: 'teal' },
  delivery_failed: { icon: CircleAlert, tone: 'red' },
  delivery_delayed: { icon: Clock, tone: 'orange' },
  return_to_sender: { icon: Undo2, tone: 'red' },
  on_hold: { icon: CirclePause, tone: 'orange' },
  pending: { icon: CircleDashed, tone: 'gray' },
};
export const MOVING: Look = { icon: Truck, tone: 'cyan' };

const EVENTS: Record<string, LucideIcon | Look> = {
  note: { icon: StickyNote, tone: 'blue' },
  'order.captured': ShoppingCart,
  'order.held': { icon: CirclePause, tone: 'orange' },
  'order.unheld': Hand,
  'order.canceled': { icon: Ban, tone: 'red' },
  'order.closed': Check,
  'sourcing.planned': Route,
  'fulfillment.rejected': { icon: X, tone: 'red' },
  'fulfillment.shorted': { icon: CircleAlert, tone: 'red' },
  'fulfillment.ready': { icon: ShoppingBag, tone: 'violet' },
  'fulfillment.shipped': Truck,
  'fulfillment.collected': { icon: PackageCheck, tone: 'teal' },
  'delivery.delivered': { icon: PackageCheck, tone: 'teal' },
  'promise.revised': { icon: CalendarClock, tone: 'orange' },
  'milestone.missed': { icon: Clock, tone: 'red' },
  'milestone.at_risk': { icon: Clock, tone: 'orange' },
  'exception.opened': { icon: CircleAlert, tone: 'red' },
  'exception.closed': { icon: CircleCheck, tone: 'teal' },
};

const GROUPS: Record<string, LucideIcon> = {
  order: ShoppingCart, plan: Route, work: Store, promise: CalendarClock, delivery: MapPin, customer: MessageSquare, exception: Bell, note: StickyNote,
};

/** The icon and tone of an event of the timeline. */
export function lookOf(type: string, group: string): { icon: LucideIcon; tone?: Tone } {
  const found = EVENTS[type] ?? GROUPS[group] ?? Bot;
  return 'tone' in found ? found : { icon: found };
}

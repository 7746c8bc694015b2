/** What stands for what: the icon and the tone of each scan and event. Words are in the catalog. */
import {
  Ban, Bell, Bot, CalendarClock, Check, CircleAlert, CircleCheck, CircleDashed, CirclePause, Clock, Hand, MapPin, MessageSquare, PackageCheck, Route,
  ShoppingBag, ShoppingCart, StickyNote, Store, Truck, Undo2, X, type LucideIcon,
} from 'lucide-react';
import type { Schemas } from '@/api/client';
import type { Look } from '@/domain/looks';
import type { Tone } from '@/ui/Status';

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

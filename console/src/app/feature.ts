/** What a feature tells the shell of itself. `features.ts` lists them; one that is not listed leaves no trace. */
import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { Outdates } from '@/api/useLive';
import type { Search } from '@/ui/address';

export interface PageOf {
  /** `/orders/$id`; read with `useParam('id')`. */
  path: string;
  /** The permission without which it is not shown; the feature's own where absent. */
  scope?: string;
  /** Loaded when it is first gone to: `() => import('./OrdersPage')`, its default export the page. */
  page: () => Promise<{ default: ComponentType }>;
}

export interface NavEntry {
  label: string;
  path: string;
  icon: LucideIcon;
  /** Gone to by `g` and this letter. */
  key?: string;
  /** From low to high, top to bottom. Those of 90 and more stand at the foot. */
  order: number;
  /** What stands beside it: how many wait, as a `<Count value={…} />` (ui/Values). */
  Count?: ComponentType;
}

/** Something the palette can do or go to. */
export interface Command {
  id: string;
  label: string;
  /** Beside the label, quiet: a customer's name, a shortcut's keys. */
  note?: string;
  icon?: LucideIcon;
  /** More words it is found by. */
  words?: string;
  scope?: string;
  run: (go: (path: string, search?: Search) => void) => void;
}

/** A search of the palette: orders, skus, nodes. Its hits stand under its title. */
export interface Finder {
  title: string;
  scope?: string;
  find: (text: string, signal: AbortSignal) => Promise<Command[]>;
}

export interface Feature {
  id: string;
  /** The permission without which the whole feature is absent. */
  scope?: string;
  nav?: NavEntry | NavEntry[];
  pages: PageOf[];
  commands?: Command[];
  finders?: Finder[];
  /** Which reads an event of the feed makes out of date. */
  outdates?: Outdates;
  /** The part of the account menu that is this feature's. */
  accountMenu?: () => Promise<{ default: ComponentType }>;
}

import { allows, type Session } from '@/api/session';
import type { Command, Feature, Finder, NavEntry } from './feature';

/** The features the session may see. */
export function allowed(features: readonly Feature[], session: Session | null): Feature[] {
  return features.filter((feature) => allows(session, feature.scope));
}

export function entries(features: readonly Feature[]): NavEntry[] {
  return features.flatMap((feature) => feature.nav ?? []).sort((a, b) => a.order - b.order);
}

export function commandsOf(features: readonly Feature[], session: Session | null): Command[] {
  return features.flatMap((feature) => feature.commands ?? []).filter((command) => allows(session, command.scope));
}

export function findersOf(features: readonly Feature[], session: Session | null): Finder[] {
  return features.flatMap((feature) => feature.finders ?? []).filter((finder) => allows(session, finder.scope));
}

/** Which rows are selected, as pure steps. */

/** Toggles one row; with `from`, every row between takes the state that the toggled one gets. */
export function toggled(selected: ReadonlySet<string>, ids: readonly string[], at: number, from: number | null): Set<string> {
  const next = new Set(selected);
  const on = !next.has(ids[at]!);
  const [first, last] = from === null ? [at, at] : [Math.min(from, at), Math.max(from, at)];
  for (const id of ids.slice(first, last + 1)) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}

/** Selects the page, or clears it where all of it is selected; what is selected on other pages stays. */
export function togglePage(selected: ReadonlySet<string>, ids: readonly string[]): Set<string> {
  const next = new Set(selected);
  const all = ids.every((id) => next.has(id));
  for (const id of ids) {
    if (all) next.delete(id);
    else next.add(id);
  }
  return next;
}

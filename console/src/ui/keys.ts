/** The keyboard: shortcuts are declared where they act, run by one listener, and listed on the help sheet. */
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  /** `j`, `Shift+x`, `mod+k` (⌘ on a Mac, Ctrl elsewhere), or a sequence: `g o`. */
  keys: string;
  label: string;
  run: (event: KeyboardEvent) => void;
  /** Also while typing in a field: for `mod+…` and Escape only. */
  typing?: boolean;
}

interface Layer {
  group: string;
  shortcuts: readonly Shortcut[];
}

const SEQUENCE_MS = 1_200;
const layers: { current: Layer }[] = [];
const watchers = new Set<() => void>();
let snapshot: readonly Layer[] = [];
let begun = '';
let begunAt = 0;

const isMac = () => typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** What the keyboard says of a pressed key, in the words of `Shortcut.keys`. */
function spell(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const printable = event.key.length === 1 && event.key.toLowerCase() === event.key.toUpperCase(); // `?` is Shift+/ to nobody
  const parts = [];
  if (isMac() ? event.metaKey : event.ctrlKey) parts.push('mod');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey && !printable) parts.push('Shift');
  return [...parts, key === ' ' ? 'Space' : key].join('+');
}

const TYPES = 'input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable=true], [role=combobox], [role=textbox]';
const OVERLAY = '[role=dialog], [role=menu], [role=listbox]';

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : null;
  const typing = target?.closest(TYPES) != null;
  const inOverlay = target?.closest(OVERLAY) != null;
  const onControl = target?.closest('button, a, summary, [role=tab]') != null;
  const key = spell(event);
  const now = Date.now();
  const sequence = begun && now - begunAt < SEQUENCE_MS ? `${begun} ${key}` : key;
  begun = '';
  for (const layer of layers.toReversed()) {
    for (const shortcut of layer.current.shortcuts) {
      if ((typing || inOverlay) && !shortcut.typing) continue;
      if (onControl && (key === 'Enter' || key === 'Space')) continue; // the control's own
      if (shortcut.keys === sequence || shortcut.keys === key) {
        event.preventDefault();
        shortcut.run(event);
        return;
      }
      if (shortcut.keys.startsWith(`${key} `)) {
        begun = key;
        begunAt = now;
      }
    }
  }
}

function changed(): void {
  snapshot = layers.map((layer) => layer.current);
  watchers.forEach((watcher) => watcher());
}

/** Declares the shortcuts of a part of the page for as long as it is shown; later parts win. */
export function useKeys(group: string, shortcuts: readonly Shortcut[]): void {
  const layer = useRef<Layer>({ group, shortcuts });
  useEffect(() => {
    layer.current = { group, shortcuts };
  });
  useEffect(() => {
    const own = layer;
    if (!layers.length) window.addEventListener('keydown', pressed);
    layers.push(own);
    changed();
    return () => {
      layers.splice(layers.indexOf(own), 1);
      if (!layers.length) window.removeEventListener('keydown', pressed);
      changed();
    };
  }, []);
}

/** What can be pressed now, for the help sheet: groups in the order of the page. */
export function useShortcuts(): readonly Layer[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => snapshot,
  );
}

const SHOWN: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc', Enter: 'Enter', Space: 'Space' };

/** The keys as they stand on the keyboard: `mod+k` is ⌘ K on a Mac and Ctrl K elsewhere. */
export function keyCaps(keys: string): string[] {
  return keys.split(' ').flatMap((chord) =>
    chord.split('+').map((part) => {
      if (part === 'mod') return isMac() ? '⌘' : 'Ctrl';
      return SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    }),
  );
}

/**
 * A wedge scanner types like a keyboard, only faster, and ends with Enter. What comes that fast is a scan, wherever
 * the focus is, unless a field asks for keys of its own.
 */
import { useEffect, useRef } from 'react';

const GAP_MS_MAX = 100; // scanners need 5 to 50; people rarely less than 120
const LENGTH_MIN = 4;

export function useWedge(scan: (code: string) => void, enabled = true): void {
  const latest = useRef(scan);
  useEffect(() => {
    latest.current = scan;
  });
  useEffect(() => {
    if (!enabled) return;
    let typed = '';
    let last = 0;
    const key = (event: KeyboardEvent) => {
      const field = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (field || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.timeStamp - last > GAP_MS_MAX) typed = '';
      last = event.timeStamp;
      if (event.key.length === 1) typed += event.key;
      else if (event.key === 'Enter' && typed.length >= LENGTH_MIN) {
        event.preventDefault(); // else it presses the button that has the focus
        event.stopPropagation();
        const code = typed;
        typed = '';
        latest.current(code);
      }
    };
    addEventListener('keydown', key, true);
    return () => removeEventListener('keydown', key, true);
  }, [enabled]);
}

import { Button, TextInput } from '@mantine/core';
import { Keyboard, ScanLine } from 'lucide-react';
import { lazy, Suspense, useState, type FormEvent, type ReactNode } from 'react';
import { t } from './words';
import { useWedge } from './useWedge';

const Camera = lazy(() => import('@/ui/Camera').then(({ Camera: camera }) => ({ default: camera })));

export interface Scans {
  on: boolean;
  toggle: () => void;
  view: ReactNode;
}

/** The three ways to scan: camera, wedge scanner, typing. What was last seen is said below the picture. */
export function useScanning(scan: (code: string) => void, said: string, tone: 'good' | 'bad' | ''): Scans {
  const [on, setOn] = useState(false);
  useWedge(scan);
  const view = (
    <div className="scanning">
      {on && (
        <Suspense fallback={<div className="camera" />}>
          <Camera onCode={scan} label={t('pick.scan')} denied={t('camera.denied')} insecure={t('camera.insecure')} />
        </Suspense>
      )}
      <p className="said" role="status" aria-live="assertive" data-tone={tone}>
        {said}
      </p>
    </div>
  );
  return { on, toggle: () => setOn((was) => !was), view };
}

export function ScanButton({ scans, quiet }: { scans: Scans; quiet?: boolean }) {
  return (
    <Button size="xl" variant={quiet ? 'default' : 'filled'} leftSection={<ScanLine size={22} aria-hidden />} onClick={scans.toggle} aria-pressed={scans.on}>
      {t(scans.on ? 'pick.scan.stop' : 'pick.scan')}
    </Button>
  );
}

/** For when neither camera nor scanner reads it. */
export function TypedCode({ onCode, label, value = '' }: { onCode: (code: string) => void; label: string; value?: string }) {
  const [text, setText] = useState(value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return;
    onCode(text.trim());
    setText('');
  };
  return (
    <form onSubmit={submit} className="typed">
      <TextInput size="lg" className="grow" aria-label={label} placeholder={label} value={text} onChange={(event) => setText(event.currentTarget.value)} leftSection={<Keyboard size={20} aria-hidden />} autoComplete="off" autoCapitalize="characters" />
    </form>
  );
}

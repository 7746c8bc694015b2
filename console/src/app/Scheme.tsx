import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { Moon, Sun } from 'lucide-react';
import { useEffect } from 'react';
import { usePreferences } from '@/api/preferences';
import { t } from './words';

/** Follows what the person chose on another machine. */
export function useScheme(chosen: 'auto' | 'light' | 'dark' | undefined): void {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (chosen && chosen !== colorScheme) setColorScheme(chosen);
    // only when the choice changes: the scheme itself follows it
    // oxlint-disable-next-line react/exhaustive-deps
  }, [chosen]);
}

export function SchemeToggle() {
  const shown = useComputedColorScheme('light');
  const { setColorScheme } = useMantineColorScheme();
  const [, change] = usePreferences();
  const other = shown === 'dark' ? 'light' : 'dark';
  const flip = () => {
    setColorScheme(other);
    change({ scheme: other });
  };
  return (
    <Tooltip label={t(`theme.${other}`)}>
      <ActionIcon size={30} onClick={flip} aria-label={t(`theme.${other}`)}>
        {shown === 'dark' ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

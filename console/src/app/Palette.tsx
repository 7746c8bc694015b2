import { Combobox, Loader, Modal, TextInput, useCombobox, useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue, useMounted } from '@mantine/hooks';
import { useQueries } from '@tanstack/react-query';
import { CornerDownLeft, Keyboard, Moon, Search } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useSession } from '@/api/session';
import { useGo } from '@/ui/address';
import type { Command, Feature } from './feature';
import { commandsOf, entries, findersOf } from './nav';
import { t } from './words';

const SEARCH_CHARS_MIN = 2;
const HITS_MAX = 8;

interface Group {
  title: string;
  items: Command[];
}

interface Props {
  open: boolean;
  features: readonly Feature[];
  onClose: () => void;
  onHelp: () => void;
}

/** One place to go anywhere and to do anything: pages, commands, and what the features' searches find. */
export default function Palette(props: Props) {
  const mounted = useMounted(); // it opens once it is there: only then is it known where the focus was
  return (
    <Modal.Root opened={mounted && props.open} onClose={props.onClose} size={600} yOffset="12vh" transitionProps={{ duration: 80 }}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label={t('palette.label')}>
        <Modal.Body p={0}>
          <Choices {...props} />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Choices({ features, onClose, onHelp }: Props) {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 140);
  const go = useGo();
  const combobox = useCombobox({ opened: true });
  const own = useOwnCommands(features, onHelp);
  const found = useFound(features, asked);
  const groups = useMemo(() => [...matching(own, text), ...found.groups], [own, text, found.groups]);
  const all = groups.flatMap((group) => group.items);
  const first = all.map((item) => item.id).join(' ');
  // The first one is always ready for Enter.
  useEffect(() => {
    const soon = setTimeout(() => combobox.selectFirstOption());
    return () => clearTimeout(soon);
    // the store is another object at each render, and the same store
    // oxlint-disable-next-line react/exhaustive-deps
  }, [first]);
  const choose = (id: string) => {
    const chosen = all.find((item) => item.id === id);
    onClose();
    chosen?.run(go);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal={false}>
      <Combobox.EventsTarget>
        <TextInput
          size="md"
          variant="unstyled"
          px={14}
          leftSection={<Search size={16} aria-hidden />}
          rightSection={found.searching ? <Loader size={14} aria-label={t('palette.searching')} /> : null}
          placeholder={t('palette.hint')}
          aria-label={t('palette.label')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && onClose()}
          data-autofocus
        />
      </Combobox.EventsTarget>
      <Combobox.Options tabIndex={0} mah={420} p={6} style={{ overflowY: 'auto', borderBlockStart: '1px solid var(--line)' }} aria-label={t('palette.label')}>
        {groups.map((group) => (
          <Combobox.Group key={group.title} label={group.title}>
            {group.items.map((item) => (
              <Combobox.Option key={item.id} value={item.id} p={0}>
                <span className="palette-option">
                  {item.icon ? <item.icon size={15} aria-hidden /> : <CornerDownLeft size={15} aria-hidden />}
                  <span className="truncate">{item.label}</span>
                  {item.note && <span className="muted small truncate push">{item.note}</span>}
                </span>
              </Combobox.Option>
            ))}
          </Combobox.Group>
        ))}
        {!all.length && !found.searching && <Combobox.Empty>{t('palette.empty')}</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
}

function useOwnCommands(features: readonly Feature[], onHelp: () => void): Group[] {
  const session = useSession();
  const { toggleColorScheme } = useMantineColorScheme();
  return useMemo(() => {
    const pages = entries(features).map((entry): Command => ({ id: `go ${entry.path}`, label: entry.label, icon: entry.icon, note: entry.key && `G ${entry.key.toUpperCase()}`, run: (go) => go(entry.path) }));
    const commands: Command[] = [
      ...commandsOf(features, session),
      { id: 'theme', label: t('theme'), words: 'dark light mode', icon: Moon, run: () => toggleColorScheme() },
      { id: 'help', label: t('help'), words: 'keys ?', icon: Keyboard, run: onHelp },
    ];
    return [
      { title: t('palette.go'), items: pages },
      { title: t('palette.commands'), items: commands },
    ];
  }, [features, session, toggleColorScheme, onHelp]);
}

/** Those whose every typed word begins a word of theirs. */
function matching(groups: Group[], text: string): Group[] {
  const typed = text.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map((group) => ({
      ...group,
      items: group.items.filter((item) => {
        const own = `${item.label} ${item.words ?? ''}`.toLowerCase().split(/\s+/);
        return typed.every((word) => own.some((each) => each.startsWith(word)));
      }),
    }))
    .filter((group) => group.items.length);
}

function useFound(features: readonly Feature[], text: string): { groups: Group[]; searching: boolean } {
  const session = useSession();
  const finders = useMemo(() => findersOf(features, session), [features, session]);
  return useQueries({
    queries: finders.map((finder) => ({
      queryKey: ['palette', finder.title, text],
      enabled: text.length >= SEARCH_CHARS_MIN,
      staleTime: 10_000,
      queryFn: ({ signal }: { signal: AbortSignal }) => finder.find(text, signal),
    })),
    combine: (results) => ({
      groups: results
        .map((result, at) => ({ title: finders[at]!.title, items: (result.data ?? []).slice(0, HITS_MAX) }))
        .filter((group) => group.items.length),
      searching: results.some((result) => result.isFetching),
    }),
  });
}

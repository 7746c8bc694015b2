import { ActionIcon, Button, Select, Textarea } from '@mantine/core';
import { Bot, ListFilter, Pencil, SendHorizontal, StickyNote, Undo2 } from 'lucide-react';
import { useRef, useState, type FormEvent } from 'react';
import { useAllowed, useSession } from '@/api/session';
import { say } from '@/i18n';
import { one, useAddress, type Search } from '@/ui/address';
import { useNow } from '@/ui/clock';
import { useKeys } from '@/ui/keys';
import { Panel } from '@/ui/Panel';
import { Timeline, type Moment } from '@/ui/Timeline';
import { toastDone, toastFailed } from '@/ui/toast';
import { momentOf } from './moments';
import type { OrderCommands } from './reads';
import { chosen, groupsOf, keyOf, type Entry, type Group, type Order, type Shown } from './story';
import { groupWord, t } from './words';

const read = (search: Search) => ({ group: (one(search.show) ?? null) as Group | null, steps: one(search.steps) === 'all' });

/** All that happened to the order and why, newest first; notes among it. */
export function History({ order, commands }: { order: Order; commands: OrderCommands }) {
  const [{ group, steps }, change] = useAddress(read);
  const mayWrite = useAllowed('orders:write');
  const shown = chosen(order.timeline, group, steps);
  const folds = order.timeline.some((entry) => entry.minor);
  return (
    <Panel
      title={t('timeline.title')}
      actions={
        <>
          {folds && steps && (
            <Button variant="subtle" size="compact-xs" onClick={() => change({ steps: undefined }, { replace: true })}>
              {t('timeline.fold')}
            </Button>
          )}
          <Select
            aria-label={t('timeline.filter')}
            size="xs"
            w={124}
            leftSection={<ListFilter size={13} aria-hidden />}
            data={[{ value: '', label: groupWord('all') }, ...groupsOf(order.timeline).map((each) => ({ value: each, label: groupWord(each) }))]}
            value={group ?? ''}
            allowDeselect={false}
            onChange={(value) => change({ show: value || undefined }, { replace: true })}
          />
        </>
      }
    >
      {mayWrite && <NoteForm commands={commands} />}
      {shown.length ? (
        <Timeline moments={shown.map((each) => momentFor(each, order, commands, () => change({ steps: 'all' }, { replace: true })))} />
      ) : (
        <p className="muted small">{t('timeline.empty')}</p>
      )}
    </Panel>
  );
}

function momentFor({ entry, folded }: Shown, order: Order, commands: OrderCommands, unfold: () => void): Moment {
  if (folded) {
    return {
      id: `steps-${keyOf(entry)}`,
      at: entry.at,
      icon: Bot,
      title: (
        <button type="button" className="reset fold" onClick={unfold}>
          {t('timeline.steps', { count: folded })}
        </button>
      ),
    };
  }
  if (entry.type === 'note') {
    return { ...momentOf(entry, order), icon: StickyNote, title: <Note entry={entry} commands={commands} /> };
  }
  return momentOf(entry, order);
}

const MENTION = /(?<![\w.])@([\w.-]{1,64})/g;

/** Those whom a note speaks to: `@mia`. */
export const mentionsIn = (text: string): string[] => [...new Set([...text.matchAll(MENTION)].map((found) => found[1]!.replace(/\.$/, '')))].slice(0, 20);

function NoteForm({ commands }: { commands: OrderCommands }) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useKeys(t('timeline.title'), [{ keys: 'n', label: t('note.send'), run: () => field.current?.focus() }]);
  const send = async (event?: FormEvent) => {
    event?.preventDefault();
    if (!text.trim()) return;
    try {
      await commands.note.run({ text: text.trim(), mentions: mentionsIn(text) });
      setText('');
    } catch (fault) {
      toastFailed((fault as Error).message, () => commands.note.again());
    }
  };
  return (
    <form className="note-form" onSubmit={(event) => void send(event)}>
      <Textarea
        ref={field}
        aria-label={t('note.label')}
        placeholder={t('note.add')}
        autosize
        minRows={1}
        maxRows={8}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void send();
        }}
        rightSectionPointerEvents="all"
        rightSection={
          text.trim() ? (
            <ActionIcon type="submit" variant="filled" color="brand" size={24} aria-label={t('note.send')} loading={commands.note.pending}>
              <SendHorizontal size={13} aria-hidden />
            </ActionIcon>
          ) : undefined
        }
      />
    </form>
  );
}

const fail = (fault: Error) => toastFailed(fault.message);

function Note({ entry, commands }: { entry: Entry; commands: OrderCommands }) {
  const session = useSession();
  const now = useNow();
  const [draft, setDraft] = useState<string | null>(null);
  const { note_id: note, words, edited_at: edited, editable_until: until } = entry.data as Record<string, string>;
  const own = session !== null && [session.user.name, session.user.login].includes(entry.actor);
  if (draft !== null) {
    const save = () => commands.changeNote.run({ note: note!, text: draft.trim(), mentions: mentionsIn(draft) }).then(() => setDraft(null), fail);
    return (
      <div className="col note-edit">
        <Textarea aria-label={t('note.edit')} autosize minRows={2} value={draft} onChange={(event) => setDraft(event.currentTarget.value)} data-autofocus />
        <span className="row">
          <Button size="compact-xs" onClick={() => void save()} disabled={!draft.trim()} loading={commands.changeNote.pending}>
            {t('note.save')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setDraft(null)}>
            {say('cancel')}
          </Button>
        </span>
      </div>
    );
  }
  return (
    <div className="note">
      <span className="note-words">{words}</span>
      {edited && <span className="small muted"> · {t('note.edited')}</span>}
      {own && new Date(until!).getTime() > now && (
        <span className="note-tools">
          <ActionIcon size={24} aria-label={t('note.edit')} onClick={() => setDraft(words!)}>
            <Pencil size={12} aria-hidden />
          </ActionIcon>
          <ActionIcon size={24} aria-label={t('note.take_back')} onClick={() => commands.takeBack.run(note!).then(() => toastDone(t('note.gone')), fail)}>
            <Undo2 size={12} aria-hidden />
          </ActionIcon>
        </span>
      )}
    </div>
  );
}

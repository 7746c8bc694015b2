import { useMounted } from '@mantine/hooks';
import { Dialog } from '@/ui/Drawer';
import { useShortcuts } from '@/ui/keys';
import { KeyHint } from '@/ui/Values';
import { t } from './words';

/** Every key that does something now: everywhere, and on this page. */
export default function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const mounted = useMounted(); // as the palette
  const groups = useShortcuts().filter((layer) => layer.shortcuts.length);
  return (
    <Dialog open={mounted && open} onClose={onClose} title={t('help')} size={560}>
      <div style={{ columns: '240px 2', columnGap: 28 }}>
        {groups.map((group, at) => (
          <section key={`${group.group}${at}`} style={{ breakInside: 'avoid', paddingBlockEnd: 14 }}>
            <h3 className="small muted" style={{ margin: '0 0 4px', fontWeight: 600 }}>
              {group.group}
            </h3>
            {group.shortcuts.map((shortcut) => (
              <div key={shortcut.keys} className="row" style={{ paddingBlock: 4 }}>
                <span>{shortcut.label}</span>
                <span className="push">
                  <KeyHint keys={shortcut.keys} />
                </span>
              </div>
            ))}
          </section>
        ))}
        <section style={{ breakInside: 'avoid' }}>
          <div className="row" style={{ paddingBlock: 4 }}>
            <span>{t('key.back')}</span>
            <span className="push">
              <KeyHint keys="Escape" />
            </span>
          </div>
        </section>
      </div>
    </Dialog>
  );
}

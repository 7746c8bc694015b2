import { Boxes, ClipboardList, Handshake, House, ScanLine } from 'lucide-react';
import { To } from './parts';
import { SyncBadge } from './Sync';
import { useWay } from './way';
import { t } from './words';

const TABS = [
  { to: '/', at: undefined, icon: House, label: t('nav.home') },
  { to: '/work', at: 'work', icon: ClipboardList, label: t('nav.work') },
  { to: '/pick', at: 'pick', icon: ScanLine, label: t('nav.pick') },
  { to: '/hand-over', at: 'hand-over', icon: Handshake, label: t('nav.hand_over') },
  { to: '/stock', at: 'stock', icon: Boxes, label: t('nav.stock') },
];

/** What a thumb reaches: five places, and what still waits to be sent above them. */
export function Bottom() {
  const { parts } = useWay();
  return (
    <div className="bottom">
      <SyncBadge />
      <nav aria-label={t('nav')}>
        {TABS.map(({ to, at, icon: Icon, label }) => (
          <To key={to} to={to} className="bottom-tab" current={parts[0] === at}>
            <Icon size={22} aria-hidden />
            <span>{label}</span>
          </To>
        ))}
      </nav>
    </div>
  );
}

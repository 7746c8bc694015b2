import { Avatar, Menu, UnstyledButton } from '@mantine/core';
import { Check, Keyboard, LogOut, UserRound } from 'lucide-react';
import { usePreferences } from '@/api/preferences';
import { useSigning, type Session } from '@/api/session';
import { roleWord } from '@/domain/words';
import { useGo } from '@/ui/address';
import { t } from './words';

const ZONES = ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'UTC'];

/** Who is signed in, and how they like the console. */
export function Account({ session, onHelp }: { session: Session; onHelp: () => void }) {
  const [preferences, change] = usePreferences();
  const { signOut } = useSigning();
  const go = useGo();
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [undefined, ...ZONES.filter((zone) => zone !== own)];
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={t('account', { name: session.user.name })} style={{ borderRadius: 16 }}>
          <Avatar size={28} radius="xl" color="brand" name={session.user.name} alt="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: '6px 10px' }}>
          <div className="strong truncate">{session.user.name}</div>
          <div className="muted small truncate">
            {session.user.login} · {roleWord(session.user.role)}
          </div>
        </div>
        <Menu.Divider />
        <Menu.Label>{t('zone')}</Menu.Label>
        {zones.map((zone) => (
          <Menu.Item
            key={zone ?? 'own'}
            role="menuitemradio"
            aria-checked={preferences.zone === zone}
            leftSection={<Check size={14} aria-hidden style={{ visibility: preferences.zone === zone ? 'visible' : 'hidden' }} />}
            onClick={() => change({ zone })}
          >
            {zone ? zone.replace('_', ' ') : t('zone.own', { zone: own })}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<UserRound size={14} aria-hidden />} onClick={() => go('/account')}>
          {t('account.own')}
        </Menu.Item>
        <Menu.Item leftSection={<Keyboard size={14} aria-hidden />} onClick={onHelp}>
          {t('help')}
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={14} aria-hidden />} onClick={() => void signOut()}>
          {t('sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { KeyRound, Palette, UserRound } from 'lucide-react';
import { usePreferences, type Preferences } from '@/api/preferences';
import { useSession } from '@/api/session';
import { roleWord } from '@/domain/words';
import { Page, Panel } from '@/ui/Panel';
import { DateTime } from '@/ui/Time';
import { Facts } from '@/ui/Values';
import { PasswordForm } from './PasswordForm';
import { t } from './words';

const SCHEMES = ['auto', 'light', 'dark'] as const;

/** Who one is here, one's password, and how the console looks. */
export default function AccountPage() {
  const session = useSession();
  const [preferences, change] = usePreferences();
  const { setColorScheme } = useMantineColorScheme();
  if (!session) return null;
  const { user, market, expires_at } = session;
  const choose = (scheme: NonNullable<Preferences['scheme']>) => {
    setColorScheme(scheme);
    change({ scheme });
  };
  return (
    <Page title={t('account')}>
      <Panel title={t('who')} icon={UserRound}>
        <Facts
          items={[
            [t('login'), user.login],
            [t('role'), roleWord(user.role)],
            [t('nodes'), user.nodes?.join(', ') ?? t('nodes.everywhere')],
            [t('market'), market],
            [t('ends'), <DateTime key="ends" at={expires_at} />],
          ]}
        />
      </Panel>
      <Panel title={t('password')} icon={KeyRound}>
        <PasswordForm login={user.login} />
      </Panel>
      <Panel title={t('theme')} icon={Palette}>
        <SegmentedControl
          aria-label={t('theme')}
          data={SCHEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
          value={preferences.scheme ?? 'auto'}
          onChange={(value) => choose(value as (typeof SCHEMES)[number])}
        />
      </Panel>
    </Page>
  );
}

import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { PencilLine } from 'lucide-react';
import { useState } from 'react';
import { useAllowed, useSession } from '@/api/session';
import { number } from '@/i18n';
import { Drawer } from '@/ui/Drawer';
import { Go } from '@/ui/Go';
import { Loaded } from '@/ui/Loaded';
import { Adjust } from './Adjust';
import { Bill } from './Bill';
import { Claims } from './Claims';
import type { Figure } from './grid';
import { Moves } from './Moves';
import { windowQuery } from './reads';
import { bucketWord, t } from './words';

interface Spot {
  sku: string;
  node: string;
}

interface Props extends Partial<Spot> {
  onClose: () => void;
}

const HERE: readonly Figure[] = ['on_hand', 'reserved', 'unavailable', 'safety', 'available'];
const WHOLE = { q: '', category: undefined, groups: [], kinds: [], only: undefined, low: 0, order: 'sku' } as const;

/** What is behind a cell: its balance, why so much is for sale, what moved, who has a claim; and adjusting it. */
export function CellDrawer({ sku, node, onClose }: Props) {
  const [last, setLast] = useState<Spot>();
  if (sku && node && (last?.sku !== sku || last.node !== node)) setLast({ sku, node }); // what is shown while it closes
  return (
    <Drawer
      open={Boolean(sku && node)}
      onClose={onClose}
      size={500}
      title={
        last && (
          <span className="strong">
            <span className="mono">{last.sku}</span> · {last.node}
          </span>
        )
      }
    >
      {last && <Inside key={`${last.sku} ${last.node}`} {...last} />}
    </Drawer>
  );
}

function Inside({ sku, node }: Spot) {
  const here = useQuery(windowQuery({ ...WHOLE, groups: [], kinds: [] }, HERE, [sku]));
  const [adjusting, setAdjusting] = useState(false);
  const may = useMayAdjust(node);
  const at = here.data?.nodes.indexOf(node) ?? -1;
  const units = (figure: Figure) => here.data?.cells[figure]?.[0]?.[at] ?? 0;
  return (
    <div className="col" style={{ gap: 14 }}>
        {here.data?.names[0] && <span className="muted">{here.data.names[0]}</span>}
        <Loaded query={here}>
          {() => (
            <dl className="balance" aria-label={t('drawer.balance')}>
              {HERE.map((figure) => (
                <div key={figure}>
                  <dt title={bucketWord(figure)}>{bucketWord(figure)}</dt>
                  <dd data-figure={figure}>{number(units(figure))}</dd>
                </div>
              ))}
            </dl>
          )}
        </Loaded>
        <div className="row wrap">
          {may && !adjusting && here.data && (
            <Button variant="default" leftSection={<PencilLine size={14} aria-hidden />} onClick={() => setAdjusting(true)}>
              {t('adjust')}
            </Button>
          )}
          <span className="row push small">
            <Go to={`/inventory/${encodeURIComponent(sku)}`}>{t('drawer.item')}</Go>
            <Go to={`/nodes/${encodeURIComponent(node)}`}>{t('drawer.node')}</Go>
          </span>
        </div>
        {adjusting && <Adjust sku={sku} node={node} onHand={units('on_hand')} onDone={() => setAdjusting(false)} />}
        <Tabs defaultValue="bill" keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="bill">{t('tab.bill')}</Tabs.Tab>
            <Tabs.Tab value="moves">{t('tab.moves')}</Tabs.Tab>
            <Tabs.Tab value="claims">{t('tab.claims')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="bill" pt="sm">
            <Bill sku={sku} node={node} />
          </Tabs.Panel>
          <Tabs.Panel value="moves" pt="xs">
            <Moves sku={sku} node={node} />
          </Tabs.Panel>
          <Tabs.Panel value="claims" pt="xs">
            <Claims sku={sku} node={node} />
          </Tabs.Panel>
        </Tabs>
      </div>
  );
}

/** Whether this person may change what is at this node: associates may at theirs alone. */
function useMayAdjust(node: string): boolean {
  const nodes = useSession()?.user.nodes;
  return useAllowed('inventory:write') && (!nodes || nodes.includes(node));
}

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import { useAddress, type Search } from '@/ui/address';
import { Loaded } from '@/ui/Loaded';
import { Page, Panel } from '@/ui/Panel';
import { EmptyState, SkeletonLines } from '@/ui/States';
import { say } from '@/i18n';
import { CellDrawer } from './CellDrawer';
import { GridBar } from './GridBar';
import { read, type Looked } from './grid';
import { axesQuery, type Axes } from './reads';
import { StockGrid } from './StockGrid';
import { t } from './words';
import './inventory.css';

const NO_FILTER: Search = { q: undefined, category: undefined, group: undefined, kind: undefined, only: undefined, low: undefined };

export default function InventoryPage() {
  const [looked, change] = useAddress(read);
  const axes = useQuery(axesQuery(looked));
  const shown = axes.data;
  return (
    <Page
      title={t('inventory')}
      fixed
      aside={shown && <span className="muted">{t('size', { skus: shown.skus.length, nodes: shown.nodes.length })}</span>}
    >
      <GridBar looked={looked} change={change} categories={shown?.categories ?? []} />
      <Panel flush className="grid-panel">
        <Loaded
          query={axes}
          skeleton={
            <div className="grid-skeleton">
              <SkeletonLines lines={14} />
            </div>
          }
        >
          {(found) => (found.skus.length && found.nodes.length ? <Filled looked={looked} axes={found} change={change} /> : <Nothing looked={looked} change={change} />)}
        </Loaded>
      </Panel>
      <CellDrawer sku={looked.sku} node={looked.node} onClose={() => change({ sku: undefined, node: undefined })} />
    </Page>
  );
}

interface Part {
  looked: Looked;
  change: (part: Search, options?: { replace?: boolean }) => void;
}

function Filled({ looked, axes, change }: Part & { axes: Axes }) {
  return (
    <>
      <StockGrid looked={looked} axes={axes} onOpen={(sku, node) => change({ sku, node })} />
      {axes.more && <p className="grid-more muted small">{t('more', { count: axes.skus.length })}</p>}
    </>
  );
}

function Nothing({ looked, change }: Part) {
  const narrowed = looked.q || looked.category || looked.groups.length || looked.kinds.length || looked.only;
  if (!narrowed) {
    return (
      <EmptyState icon={Boxes} title={t('none.title')}>
        {t('none.text')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Boxes}
      title={t('empty.title')}
      actions={
        <Button variant="default" onClick={() => change(NO_FILTER)}>
          {say('clear_all')}
        </Button>
      }
    >
      {t('empty.text')}
    </EmptyState>
  );
}

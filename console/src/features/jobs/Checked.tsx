import { Button } from '@mantine/core';
import { FlaskConical, Play } from 'lucide-react';
import { Panel } from '@/ui/Panel';
import { ErrorState } from '@/ui/States';
import type { FileDetail } from './logic';
import type { useImport } from './reads';
import { Rejects } from './Rejects';
import { Tiles } from './Tiles';
import { t } from './words';

interface Props {
  file: FileDetail;
  doing: ReturnType<typeof useImport>;
  may: boolean;
}

/** What the dry run has found, and the import itself. */
export function Checked({ file, doing, may }: Props) {
  const found = file.dry_run;
  if (!found) return null;
  const good = found.rows - found.rejected;
  return (
    <>
      <Panel
        title={t('check.title')}
        icon={FlaskConical}
        actions={
          may && (
            <Button leftSection={<Play size={14} aria-hidden />} disabled={!good || !file.kept} loading={doing.run.pending} onClick={() => void doing.run.run().catch(() => undefined)}>
              {t('run.count', { count: good })}
            </Button>
          )
        }
      >
        <Tiles counts={found.counts} rejected={found.rejected} />
        {!good && <p className="muted">{t('run.none')}</p>}
        {doing.run.error && <ErrorState error={doing.run.error} retry={() => void doing.run.again()?.catch(() => undefined)} />}
      </Panel>
      <Rejects file={file} of="dry-run" count={found.rejected} settled={found.at} />
    </>
  );
}

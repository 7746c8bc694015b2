import type { Stage } from '@/ui/Stages';
import type { FileDetail } from './logic';
import { t } from './words';

/** How far a file is on its way: uploaded, mapped, rehearsed, imported. */
export function stagesOf(file: FileDetail): Stage[] {
  const { state } = file;
  const ran = state === 'done';
  const runs = state === 'running' || ran || state === 'canceled';
  const failed = state === 'failed';
  return [
    { key: 'upload', label: t('step.upload'), state: 'done' },
    { key: 'map', label: t('step.map'), state: state === 'uploaded' ? 'now' : 'done' },
    { key: 'check', label: t('step.check'), state: state === 'checked' ? 'now' : file.dry_run ? 'done' : state === 'checking' ? 'now' : failed && file.progress.rehearsal ? 'failed' : 'ahead' },
    { key: 'run', label: t('step.run'), state: ran ? 'done' : runs ? (state === 'canceled' ? 'failed' : 'now') : failed && !file.progress.rehearsal ? 'failed' : 'ahead' },
  ];
}

import { say } from '@/i18n';

/** What stands before anybody knows who is signed in: as index.html has it, which is painted before any of this has loaded. */
export function Boot() {
  return (
    <div className="shell" aria-busy="true">
      <header className="shell-top">
        <span className="shell-brand">
          <img src="/icon.svg" width={22} height={22} alt="" /> {say('app')}
        </span>
      </header>
    </div>
  );
}

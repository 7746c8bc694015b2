import type { LucideIcon } from 'lucide-react';
import type { CSSProperties, ReactNode } from 'react';
import type { Tone } from './Status';

interface PanelProps {
  title?: ReactNode;
  icon?: LucideIcon;
  /** Beside the title, in the quiet color. */
  aside?: ReactNode;
  actions?: ReactNode;
  tone?: Tone;
  /** Without padding: for tables. */
  flush?: boolean;
  className?: string;
  style?: CSSProperties;
  children?: ReactNode;
}

/** A box with a head: the unit every page is laid out in. */
export function Panel({ title, icon: Icon, aside, actions, tone, flush, className = '', style, children }: PanelProps) {
  return (
    <section className={`panel ${className}`} data-tone={tone} style={style}>
      {(title || actions) && (
        <header>
          {Icon && <Icon size={16} aria-hidden />}
          {title && <h2>{title}</h2>}
          {aside && <span className="muted small">{aside}</span>}
          {actions && <span className="row push">{actions}</span>}
        </header>
      )}
      {children !== undefined && <div className={flush ? 'panel-body flush' : 'panel-body'}>{children}</div>}
    </section>
  );
}

interface PageProps {
  title: ReactNode;
  /** Beside the title: a count, badges. */
  aside?: ReactNode;
  actions?: ReactNode;
  /** As high as the window: what is inside scrolls, not the page. */
  fixed?: boolean;
  children: ReactNode;
}

/** A page: its title, its actions, its body. */
export function Page({ title, aside, actions, fixed, children }: PageProps) {
  return (
    <div className={fixed ? 'page fixed' : 'page'}>
      <div className="page-head">
        <h1>{title}</h1>
        {aside}
        {actions && <div className="page-actions no-print">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

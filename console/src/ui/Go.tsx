import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Search } from './address';

interface Props {
  to: string;
  search?: Search;
  className?: string;
  title?: string;
  children: ReactNode;
}

/** A link within the face; it can be opened in a tab of its own, copied and shared. */
export function Go({ to, search, className, title, children }: Props) {
  return (
    <Link to={to} search={(search ?? {}) as never} className={className} title={title}>
      {children}
    </Link>
  );
}

/** What the server refused, as an error the faces can act on (RFC 9457 problem documents). */

export interface FieldFault {
  /** A JSON Pointer into the body (`/lines/0/quantity`), or the name of a parameter. */
  pointer: string;
  detail: string;
}

interface Document {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: { detail: string; pointer?: string; parameter?: string }[];
  retryable?: boolean;
}

/** The code of a request that never reached the server. */
export const OFFLINE = 'offline';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly fields: FieldFault[];

  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly retryable: boolean,
    errors: Document['errors'] = [],
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail || title);
    this.fields = errors.map((each) => ({ pointer: each.pointer || each.parameter || '', detail: each.detail }));
  }

  /** What is wrong with one field of the form, by its pointer. */
  field(pointer: string): string | undefined {
    return this.fields.find((each) => each.pointer === pointer)?.detail;
  }

  /** Whether the person may not do this, and then which permission is missing. */
  get forbidden(): boolean {
    return this.status === 403;
  }

  get missingScope(): string | undefined {
    return /\blacks (\S+)/.exec(this.detail)?.[1];
  }

  get offline(): boolean {
    return this.code === OFFLINE;
  }
}

/** Reads a refusal. Answers that are no problem documents (a proxy's page, say) are told by their status. */
export function problemOf(response: Response, body: unknown): ApiError {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Document;
  const code = told.type?.split('/').pop() || `http-${response.status}`;
  const title = told.title ?? (response.statusText || `HTTP ${response.status}`);
  const after = Number(response.headers.get('retry-after'));
  const retryable = told.retryable ?? [502, 503, 504].includes(response.status);
  return new ApiError(response.status, code, title, told.detail ?? '', retryable, told.errors, after > 0 ? after * 1000 : null);
}

/** A request that did not arrive, or whose answer did not: it may be sent again under its key. */
export function unreachable(cause: unknown): ApiError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(0, OFFLINE, 'The server does not answer', said, true);
}

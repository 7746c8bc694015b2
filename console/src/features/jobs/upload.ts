/** A file on its way to the server, and how much of it is there. */
import { problemOf, unreachable } from '@/api/problem';
import { csrfToken } from '@/api/signed';
import { mintKey } from '@/api/keys';
import type { Schemas } from '@/api/client';

export interface Upload {
  done: Promise<Schemas['FileDetail']>;
  stop: () => void;
}

/** Sends a file; `tell` hears the share that is sent. The page's own `fetch` cannot say that. */
export function upload(file: File, kind: string, tell: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ kind, file: file.name, written_at: new Date(file.lastModified).toISOString() });
  const done = new Promise<Schemas['FileDetail']>((resolve, reject) => {
    request.open('POST', `/v1/imports?${query}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('idempotency-key', mintKey());
    const token = csrfToken();
    if (token) request.setRequestHeader('x-csrf-token', token);
    request.upload.onprogress = (event) => tell(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => {
      const body: unknown = parsed(request.responseText);
      if (request.status === 201) resolve(body as Schemas['FileDetail']);
      else reject(problemOf(new Response(null, { status: request.status, statusText: request.statusText }), body));
    };
    request.onerror = () => reject(unreachable(new Error('the connection broke')));
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    request.send(file);
  });
  return { done, stop: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

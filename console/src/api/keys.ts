/** Idempotency keys: one for each thing a person means to do, the same however often it has to be sent. */
export function mintKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page without HTTPS has no randomUUID
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

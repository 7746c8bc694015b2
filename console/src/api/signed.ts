/** Who is signed in, for requests: the CSRF token of the session, and what happens when there is none any more. */
let csrf: string | null = null;
let onSignedOut: () => void = () => {};

export const csrfToken = (): string | null => csrf;

export function keepCsrf(token: string | null): void {
  csrf = token;
}

export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

export function signedOut(): void {
  onSignedOut();
}

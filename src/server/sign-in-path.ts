/** The sign-in link below the server's URL. Pure. */

/** The code is in the fragment, which browsers do not send. */
export function signInPath(code: string): string {
  return `/#sign-in=${code}`
}

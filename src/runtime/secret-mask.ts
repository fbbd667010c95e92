/** Removes credentials from text that is about to be printed, logged or stored. Pure. */

const urlUserInfo = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"'\\]+@/gi
const authorization = /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi
const queryCredential = /([?&](?:access_token|private_token|token|password|secret|key|sig|signature)=)[^&\s"'\\]+/gi

/**
 * Masks `user:password@` of URLs, bearer and basic credentials, and credential-like query parameters. It is a net under the code that
 * builds text, not a replacement for building it without secrets.
 */
export function maskCredentials(text: string): string {
  // Three regular expressions over every log line would be waste; these substrings are what any of them needs.
  if (!mayHoldCredentials(text)) return text
  return text.replace(urlUserInfo, '$1***@').replace(authorization, '$1 ***').replace(queryCredential, '$1***')
}

function mayHoldCredentials(text: string): boolean {
  return text.includes('@') || /bearer |basic /i.test(text) || /[?&]/.test(text)
}

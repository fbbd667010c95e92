/** A token of a GitHub App, from a repository credential Secret (`githubAppID`, `githubAppInstallationID`, `githubAppPrivateKey`). */
import { createSign } from 'node:crypto'
import { getString } from '../../../kube/fields.ts'
import { parseJson } from '../../../kube/json.ts'
import type { GeneratorContext } from '../context.ts'
import { secretValue } from '../secrets.ts'

/** GitHub takes a claim for ten minutes at most; clocks may differ by one. */
const claimSeconds = 540

export async function installationToken(
  context: GeneratorContext,
  namespace: string,
  name: string,
  base: string,
): Promise<string> {
  const secret = await context.secret(name, namespace)
  if (secret === undefined) throw new Error(`there is no Secret ${namespace}/${name}`)
  const wanted = (key: string) => {
    const value = secretValue(secret, key)?.trim() ?? ''
    if (value === '') throw new Error(`Secret ${namespace}/${name} has no ${key}`)
    return value
  }
  const claim = signedClaim(wanted('githubAppID'), wanted('githubAppPrivateKey'), context.now(), `${namespace}/${name}`)
  const enterprise = secretValue(secret, 'githubAppEnterpriseBaseUrl')?.trim()
  const url = `${(enterprise || base).replace(/\/+$/, '')}/app/installations/${wanted('githubAppInstallationID')}/access_tokens`
  const response = await context.http({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${claim}`, accept: 'application/vnd.github+json' },
  })
  const token = response.status < 300 ? getString(parseJson(response.body), 'token') : undefined
  if (token === undefined) throw new Error(`${url} answered ${response.status}`)
  return token
}

function signedClaim(issuer: string, privateKey: string, now: number, secret: string): string {
  const seconds = Math.floor(now / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: seconds - 60, exp: seconds + claimSeconds, iss: issuer })}`
  try {
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`
  } catch {
    // The library's message may quote the key.
    throw new Error(`Secret ${secret} holds no RSA private key in githubAppPrivateKey`)
  }
}

/** POST of a TokenRequest: a token for a ServiceAccount. */
import type { ClusterState } from '../cluster-state.ts'
import { type Answer, type ApiRequest, bodyOf } from '../request.ts'
import { invalid, invalidValue } from '../status-error.ts'
import { dataAt, listAt } from '../values.ts'
import { entryOf } from './get.ts'

const TOKEN_REQUEST = { kind: 'TokenRequest', message: 'authentication.v1.TokenRequest' }
const AUDIENCE = 'https://kubernetes.default.svc.cluster.local'
const SHORTEST = 600

export function issueToken(state: ClusterState, request: ApiRequest): Answer {
  const body = bodyOf(request, TOKEN_REQUEST)
  const spec = dataAt(body, 'spec')
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : 3600
  if (seconds < SHORTEST) {
    throw invalid({ group: 'authentication.k8s.io', plural: '', kind: 'TokenRequest' }, '', [
      invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'),
    ])
  }
  const account = entryOf(state, request)
  const given = listAt(spec, 'audiences').map(String)
  const audiences = given.length > 0 ? given : [AUDIENCE]
  const now = state.clock.now()
  const expires = now + seconds * 1000
  const { namespace, name, uid } = account
  const token = state.tokenKey.issue({ namespace, name, uid, expires }, audiences, now)
  const answer = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: `${new Date(now).toISOString().slice(0, 19)}Z` },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: null },
    status: { token, expirationTimestamp: `${new Date(expires).toISOString().slice(0, 19)}Z` },
  }
  return { code: 201, body: JSON.stringify(answer) }
}

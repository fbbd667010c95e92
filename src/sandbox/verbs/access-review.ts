/** POST of a SubjectAccessReview and its kin: everybody may do everything here. Nothing is kept. */
import { parseBody } from '../read-object.ts'
import type { Answer, ApiRequest } from '../request.ts'

/** Undefined when the request is about something else. */
export function accessReview(request: ApiRequest): Answer | undefined {
  if (request.resource.group !== 'authorization.k8s.io') return undefined
  const review = parseBody(request.body)
  const status =
    request.resource.kind === 'SelfSubjectRulesReview'
      ? {
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          incomplete: false,
        }
      : { allowed: true, reason: 'the sandbox allows everything' }
  return { code: 201, body: JSON.stringify({ ...review, status }) }
}

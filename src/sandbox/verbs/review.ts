/** POST of the kinds that are questions: who am I, may I, may they, whose token is this. Nothing is kept. */
import { tokenHolder } from '../access/authenticate.ts'
import { type Attributes, authorize, rulesFor } from '../access/authorize.ts'
import { type User, userInfo } from '../access/user.ts'
import { type ClusterState, timestamp } from '../cluster-state.ts'
import { placeObject, readObject } from '../read-object.ts'
import { type Answer, type ApiRequest, bodyOf, readOptions } from '../request.ts'
import type { Resource } from '../resources.ts'
import { badRequest, invalid, invalidValue, type Named } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'

/** Undefined when the request is about something that is kept. */
export function review(state: ClusterState, request: ApiRequest): Answer | undefined {
  const { resource } = request
  const answer = QUESTIONS[`${resource.group}/${resource.kind}`]
  if (answer === undefined) return undefined
  const object = readObject(resource, bodyOf(request), readOptions(request))
  placeObject(resource, object, request.namespace)
  const metadata = {
    ...object.metadata,
    ...(resource.kind === 'SelfSubjectReview' && { creationTimestamp: timestamp(state.clock) }),
  }
  return { code: 201, body: JSON.stringify({ ...object, metadata, status: answer(state, request, object) }) }
}

type Question = (state: ClusterState, request: ApiRequest, object: Data) => Data

const QUESTIONS: Readonly<Record<string, Question>> = {
  'authentication.k8s.io/SelfSubjectReview': (_, { user }) => ({ userInfo: userInfo(user) }),
  'authentication.k8s.io/TokenReview': tokenReview,
  'authorization.k8s.io/SelfSubjectAccessReview': (state, request, object) =>
    decide(state, request, object, request.user),
  'authorization.k8s.io/SubjectAccessReview': (state, request, object) =>
    decide(state, request, object, namedUser(request, object)),
  'authorization.k8s.io/LocalSubjectAccessReview': localReview,
  'authorization.k8s.io/SelfSubjectRulesReview': rulesReview,
}

function tokenReview(state: ClusterState, _request: ApiRequest, object: Data): Data {
  const token = dataAt(object, 'spec')['token']
  if (typeof token !== 'string' || token === '') throw badRequest('token is required for TokenReview in authentication')
  const user = tokenHolder(state, state.tokenKey, token)
  return user === undefined
    ? { authenticated: false, user: {}, error: 'invalid bearer token' }
    : { authenticated: true, user: userInfo(user), audiences: ['https://kubernetes.default.svc.cluster.local'] }
}

function localReview(state: ClusterState, request: ApiRequest, object: Data): Data {
  const namespace = dataAt(object, 'spec', 'resourceAttributes')['namespace'] ?? ''
  if (namespace !== request.namespace) {
    throw invalid(nameless(request.resource), '', [
      invalidValue('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'),
    ])
  }
  return decide(state, request, object, namedUser(request, object))
}

function decide(state: ClusterState, request: ApiRequest, object: Data, user: User): Data {
  const { allowed, reason } = authorize(state, user, attributesOf(request, object))
  return { allowed, ...(reason !== '' && { reason }) }
}

function namedUser({ resource }: ApiRequest, object: Data): User {
  const spec = dataAt(object, 'spec')
  const groups = listAt(spec, 'groups').map(String)
  const name = typeof spec['user'] === 'string' ? spec['user'] : ''
  if (name === '' && groups.length === 0) {
    throw invalid(nameless(resource), '', [
      invalidValue('spec.user', '', 'at least one of user or group must be specified'),
    ])
  }
  return { name, uid: '', groups, extra: {} }
}

function attributesOf({ resource }: ApiRequest, object: Data): Attributes {
  const spec = dataAt(object, 'spec')
  const asked = spec['resourceAttributes']
  const path = spec['nonResourceAttributes']
  if (isData(asked) === isData(path)) {
    const detail = isData(asked)
      ? 'cannot be specified in combination with resourceAttributes'
      : 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    const field = isData(asked) ? 'spec.nonResourceAttributes' : 'spec.resourceAttributes'
    throw invalid(nameless(resource), '', [invalidValue(field, isData(asked) ? path : null, detail)])
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  const from = isData(asked) ? asked : {}
  return {
    verb: text(isData(asked) ? asked['verb'] : dataAt(spec, 'nonResourceAttributes')['verb']),
    group: text(from['group']),
    resource: text(from['resource']),
    subresource: text(from['subresource']),
    namespace: text(from['namespace']),
    name: text(from['name']),
    path: isData(path) ? text(path['path']) : '',
  }
}

function rulesReview(state: ClusterState, request: ApiRequest, object: Data): Data {
  const namespace = dataAt(object, 'spec')['namespace']
  if (typeof namespace !== 'string' || namespace === '') throw badRequest('no namespace on request')
  const rules = rulesFor(state, request.user, namespace)
  return {
    resourceRules: rules
      .filter((rule) => rule.resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames.length > 0 && { resourceNames }),
      })),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  }
}

/** The server leaves out the kind when it refuses a review. */
function nameless(resource: Resource): Named {
  return { ...resource, kind: '' }
}

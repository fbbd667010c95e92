/** What somebody who may not hears. Pure. */
import { StatusError } from '../status-error.ts'
import type { Attributes } from './authorize.ts'
import type { User } from './user.ts'

/** 403, in the words people look up: who, what, where. */
export function refusal(user: User, attributes: Attributes): StatusError {
  const who = `User ${JSON.stringify(user.name)}`
  const { verb, group, resource, subresource, namespace, name, path } = attributes
  if (path !== '') {
    return new StatusError(403, 'Forbidden', `forbidden: ${who} cannot ${verb} path ${JSON.stringify(path)}`, {})
  }
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  const detail = `${who} cannot ${verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)} ${where}`
  const what = group === '' ? resource : `${resource}.${group}`
  const named = name === '' ? what : `${what} ${JSON.stringify(name)}`
  return new StatusError(403, 'Forbidden', `${named} is forbidden: ${detail}`, {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    kind: resource,
  })
}

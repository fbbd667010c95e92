/** Names, labels and annotations: what the API server allows. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import { type FieldError, invalidValue, required } from '../status-error.ts'

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SERVICE_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SERVICE_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

/** Kinds whose names are paths segments of any kind (RBAC). */
const PATH_SEGMENT = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])

export function validateMetadata(object: KubeObject): FieldError[] {
  const { metadata } = object
  const errors = nameErrors(object.kind, metadata.name ?? '')
  errors.push(...validateLabels(metadata.labels, 'metadata.labels'))
  for (const key of Object.keys(metadata.annotations ?? {})) {
    errors.push(...keyErrors(key.toLowerCase(), key, 'metadata.annotations'))
  }
  return errors
}

function nameErrors(kind: string, name: string): FieldError[] {
  const field = 'metadata.name'
  if (name === '') return [required(field, 'name or generateName is required')]
  if (PATH_SEGMENT.has(kind)) {
    return /[/%]/.test(name) || name === '.' || name === '..' ? [invalidValue(field, name, `may not contain '/'`)] : []
  }
  if (kind === 'Namespace') return shaped(field, name, LABEL, 63, LABEL_TEXT)
  if (kind === 'Service') return shaped(field, name, SERVICE_LABEL, 63, SERVICE_TEXT)
  return shaped(field, name, SUBDOMAIN, 253, SUBDOMAIN_TEXT)
}

function shaped(field: string, name: string, pattern: RegExp, most: number, text: string): FieldError[] {
  const errors: FieldError[] = []
  if (name.length > most) errors.push(invalidValue(field, name, `must be no more than ${most} characters`))
  if (!pattern.test(name)) errors.push(invalidValue(field, name, text))
  return errors
}

export function validateLabels(labels: Readonly<Record<string, unknown>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = []
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.push(...keyErrors(key, key, field))
    const text = String(value)
    if (text.length > 63) errors.push(invalidValue(field, text, 'must be no more than 63 bytes'))
    if (text !== '' && !QUALIFIED.test(text)) errors.push(invalidValue(field, text, VALUE_TEXT))
  }
  return errors
}

function keyErrors(key: string, shown: string, field: string): FieldError[] {
  const slash = key.indexOf('/')
  const prefix = slash < 0 ? undefined : key.slice(0, slash)
  const name = key.slice(slash + 1)
  if (prefix !== undefined && !SUBDOMAIN.test(prefix))
    return [invalidValue(field, shown, `prefix part ${SUBDOMAIN_TEXT}`)]
  if (name.length > 63) return [invalidValue(field, shown, 'name part must be no more than 63 bytes')]
  return QUALIFIED.test(name) ? [] : [invalidValue(field, shown, QUALIFIED_TEXT)]
}

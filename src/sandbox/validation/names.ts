/** The shapes of names, and of labels: what the API server allows, in its words. Pure. */
import { type FieldError, invalidValue } from '../status-error.ts'

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const OLD_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const OLD_LABEL_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

/** What is wrong with a name; empty when nothing is. */
export function dnsSubdomain(name: string): string[] {
  return [...tooLong(name, 253), ...(SUBDOMAIN.test(name) ? [] : [SUBDOMAIN_TEXT])]
}

export function dnsLabel(name: string): string[] {
  if (LABEL.test(name)) return tooLong(name, 63)
  return [...tooLong(name, 63), SUBDOMAIN.test(name) ? 'must not contain dots' : LABEL_TEXT]
}

export function serviceName(name: string): string[] {
  return [...tooLong(name, 63), ...(OLD_LABEL.test(name) ? [] : [OLD_LABEL_TEXT])]
}

export function pathSegment(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((one) => name.includes(one)).map((one) => `may not contain '${one}'`)
}

function tooLong(name: string, most: number): string[] {
  return name.length > most ? [`must be no more than ${most} bytes`] : []
}

/** `prefix/name`, as keys of labels and finalizers are. */
export function qualifiedNameErrors(text: string): string[] {
  const parts = text.split('/')
  if (parts.length > 2) {
    return [
      `a qualified name ${QUALIFIED_TEXT.slice('name part '.length).replace(/'\)$/, "') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')").replace("[A-Za-z0-9]') with", "[A-Za-z0-9]') with")}`,
    ]
  }
  const errors: string[] = []
  const [prefix, name = ''] = parts.length === 2 ? parts : [undefined, parts[0] ?? '']
  if (prefix === '') errors.push('prefix part must be non-empty')
  else if (prefix !== undefined) errors.push(...dnsSubdomain(prefix).map((one) => `prefix part ${one}`))
  if (name === '') errors.push('name part must be non-empty')
  else if (name.length > 63) errors.push('name part must be no more than 63 bytes')
  if (!QUALIFIED.test(name)) errors.push(QUALIFIED_TEXT)
  return errors
}

export function validateLabels(labels: Readonly<Record<string, unknown>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = []
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const text of qualifiedNameErrors(key)) errors.push(invalidValue(field, key, text))
    for (const text of labelValueErrors(String(value))) errors.push(invalidValue(field, value, text))
  }
  return errors
}

export function labelValueErrors(value: string): string[] {
  return [...tooLong(value, 63), ...(value === '' || QUALIFIED.test(value) ? [] : [VALUE_TEXT])]
}

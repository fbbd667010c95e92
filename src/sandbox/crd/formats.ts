/** String formats that schemas of custom kinds may ask for. Unknown ones refuse nothing, as on the real server. Pure. */
import { isIPv4, isIPv6 } from 'node:net'

const PATTERNS: Record<string, RegExp> = {
  bsonobjectid: /^[0-9a-fA-F]{24}$/,
  email: /^(?:[^\s@<>]+@[^\s@<>]+|.*<[^\s@<>]+@[^\s@<>]+>)$/,
  hostname:
    /^(?=.{1,255}$)[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,62}[a-zA-Z0-9_])?(?:\.[a-zA-Z0-9_](?:[a-zA-Z0-9_-]{0,62}[a-zA-Z0-9_])?)*\.?$/,
  mac: /^(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid3: /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid4: /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
  uuid5: /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
  ssn: /^\d{3}[- ]?\d{2}[- ]?\d{4}$/,
  hexcolor: /^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  date: /^\d{4}-\d\d-\d\d$/,
  duration:
    /^(?:[+-]?(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+|0|\d+ ?(?:ns|nano\w*|us|micro\w*|ms|milli\w*|s|sec\w*|m|min\w*|h|hr|hour\w*|d|day\w*|w|week\w*))$/,
  datetime: /^\d{4}-\d\d-\d\d[tT ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[zZ]|[+-]\d\d:?\d\d)?$/,
  k8sshortname: /^(?=.{1,63}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  k8slongname: /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
}

export function hasFormat(text: string, format: string): boolean {
  const name = format.replaceAll('-', '')
  switch (name) {
    case 'ipv4':
      return isIPv4(text)
    case 'ipv6':
      return isIPv6(text)
    case 'cidr': {
      const [address = '', bits = '', ...rest] = text.split('/')
      const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
      return rest.length === 0 && /^\d+$/.test(bits) && Number(bits) <= most
    }
    case 'uri':
      return text.startsWith('/') || URL.canParse(text)
    default:
      return PATTERNS[name]?.test(text) ?? true
  }
}

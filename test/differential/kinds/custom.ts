/** Custom kinds: their definitions, and pieces of their objects. Pure data. */
import type { Data } from '../data.ts'
import type { Kind } from './kind.ts'

const GROUP = 'diff.example.com'

const text: Data = { type: 'string' }
const whole: Data = { type: 'integer' }

const SPEC: Data = {
  type: 'object',
  required: ['size'],
  'x-kubernetes-validations': [
    { rule: '!has(self.max) || self.size <= self.max', message: 'size must not be above max', fieldPath: '.size' },
    {
      rule: "self.mode != 'fixed' || self.size == oldSelf.size",
      message: 'size is fixed',
      reason: 'FieldValueForbidden',
    },
  ],
  properties: {
    size: { type: 'integer', minimum: 0, maximum: 100 },
    max: whole,
    ratio: { type: 'number', minimum: 0.5, exclusiveMinimum: true },
    mode: { type: 'string', enum: ['free', 'fixed'], default: 'free' },
    title: { type: 'string', minLength: 2, maxLength: 10, pattern: '^[a-z]+$' },
    flag: { type: 'boolean', default: false },
    port: { 'x-kubernetes-int-or-string': true },
    when: { type: 'string', format: 'date-time' },
    mail: { type: 'string', format: 'email' },
    address: { type: 'string', format: 'ipv4' },
    bytes: { type: 'string', format: 'byte' },
    code: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'code is immutable' }] },
    amount: {
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      'x-kubernetes-validations': [
        {
          rule: "quantity(string(self)).isLessThan(quantity('10Gi'))",
          messageExpression: "'amount ' + string(self) + ' is not below 10Gi'",
        },
      ],
    },
    tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set', maxItems: 4 },
    plain: { type: 'array', items: text },
    parts: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'protocol'],
      items: {
        type: 'object',
        required: ['name', 'protocol'],
        properties: {
          name: text,
          protocol: { type: 'string', default: 'TCP' },
          value: whole,
          extra: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: whole, b: whole } },
        },
      },
    },
    map: { type: 'object', additionalProperties: text, maxProperties: 3 },
    atom: { type: 'object', additionalProperties: text, 'x-kubernetes-map-type': 'atomic' },
    nested: {
      type: 'object',
      default: {},
      properties: { depth: { type: 'integer', default: 1 }, label: text },
    },
    maybe: { type: 'string', nullable: true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: whole } },
    resource: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    choice: {
      type: 'object',
      properties: { left: text, right: text },
      oneOf: [{ required: ['left'] }, { required: ['right'] }],
    },
    replicas: whole,
  },
}

const STATUS: Data = {
  type: 'object',
  properties: {
    replicas: whole,
    selector: text,
    phase: { type: 'string', enum: ['New', 'Ready'] },
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: { type: 'object', required: ['type', 'status'], properties: { type: text, status: text, reason: text } },
    },
  },
}

function version(name: string, storage: boolean, over: Data): Data {
  return {
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec: SPEC, status: STATUS } } },
    subresources: {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    },
    ...over,
  }
}

function definition(kind: string, plural: string, scope: string, versions: Data[]): Data {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: { group: GROUP, scope, names: { kind, plural, singular: kind.toLowerCase() }, versions },
  }
}

export const DEFINITIONS: readonly Data[] = [
  definition('Widget', 'widgets', 'Namespaced', [
    version('v1', true, {}),
    version('v1beta1', false, { deprecated: true }),
  ]),
  definition('Loose', 'looses', 'Namespaced', [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    },
  ]),
]

export const CUSTOM: readonly Kind[] = [
  {
    apiVersions: [`${GROUP}/v1`, `${GROUP}/v1beta1`],
    kind: 'Widget',
    plural: 'widgets',
    base: { spec: { size: 1 } },
    scale: true,
    pieces: [
      { spec: { size: 5 } },
      { spec: { size: 101 } },
      { spec: { size: -1 } },
      { spec: { size: 'x' } },
      { spec: { size: 1.5 } },
      { spec: { size: null } },
      { spec: { max: 3 } },
      { spec: { max: 0 } },
      { spec: { ratio: 0.5 } },
      { spec: { ratio: 2 } },
      { spec: { mode: 'fixed' } },
      { spec: { mode: 'nonsense' } },
      { spec: { mode: null } },
      { spec: { title: 'abc' } },
      { spec: { title: 'a' } },
      { spec: { title: 'ABCDEFGHIJKL' } },
      { spec: { flag: true } },
      { spec: { port: 80 } },
      { spec: { port: 'http' } },
      { spec: { port: true } },
      { spec: { when: '2026-01-01T00:00:00Z' } },
      { spec: { when: 'yesterday' } },
      { spec: { mail: 'a@example.com' } },
      { spec: { mail: 'nope' } },
      { spec: { address: '192.0.2.1' } },
      { spec: { address: 'nope' } },
      { spec: { bytes: '***' } },
      { spec: { code: 'one' } },
      { spec: { code: 'two' } },
      { spec: { amount: '1Gi' } },
      { spec: { amount: '20Gi' } },
      { spec: { amount: 5 } },
      { spec: { tags: ['a', 'b'] } },
      { spec: { tags: ['b', 'c'] } },
      { spec: { tags: ['a', 'a'] } },
      { spec: { tags: ['1', '2', '3', '4', '5'] } },
      { spec: { tags: [] } },
      { spec: { plain: ['a', 'b'] } },
      { spec: { plain: ['b'] } },
      { spec: { parts: [{ name: 'x', value: 1 }] } },
      { spec: { parts: [{ name: 'y', protocol: 'UDP', value: 2 }] } },
      {
        spec: {
          parts: [
            { name: 'x', protocol: 'TCP', extra: { a: 1 } },
            { name: 'y', value: 3 },
          ],
        },
      },
      { spec: { parts: [{ name: 'x' }, { name: 'x' }] } },
      { spec: { parts: [{ value: 1 }] } },
      { spec: { map: { a: '1' } } },
      { spec: { map: { b: '2', c: '3' } } },
      { spec: { map: { a: '1', b: '2', c: '3', d: '4' } } },
      { spec: { map: { a: 1 } } },
      { spec: { atom: { a: '1' } } },
      { spec: { atom: { b: '2' } } },
      { spec: { nested: { label: 'x' } } },
      { spec: { nested: { depth: 3 } } },
      { spec: { nested: { unknown: 1 } } },
      { spec: { nested: null } },
      { spec: { maybe: null } },
      { spec: { maybe: 'x' } },
      { spec: { free: { any: { thing: [1, 2] }, known: 1 } } },
      { spec: { free: { known: 'x' } } },
      { spec: { free: { any: { thing: [1] }, other: 'z' } } },
      {
        spec: {
          resource: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inner', odd: 1 }, data: { a: 'b' } },
        },
      },
      { spec: { resource: { data: {} } } },
      { spec: { choice: { left: 'x' } } },
      { spec: { choice: { left: 'x', right: 'y' } } },
      { spec: { replicas: 2 } },
      { spec: { unknown: { deep: 1 } } },
      { spec: null },
    ],
    status: [
      { status: { phase: 'Ready' } },
      { status: { phase: 'Nonsense' } },
      { status: { replicas: 2, selector: 'app=one' } },
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      { status: { conditions: [{ type: 'Other', status: 'False' }] }, spec: { size: 9 } },
      { status: { unknown: 1 } },
      { status: { phase: 'New' }, metadata: { labels: { from: 'status' } } },
    ],
    jsonPatches: [
      [{ op: 'replace', path: '/spec/size', value: 7 }],
      [{ op: 'remove', path: '/spec/mode' }],
      [{ op: 'add', path: '/spec/tags', value: ['j'] }],
    ],
  },
  {
    apiVersions: [`${GROUP}/v1`],
    kind: 'Loose',
    plural: 'looses',
    base: { any: { thing: 1 } },
    pieces: [
      { any: { other: 'x' } },
      { list: [1, { a: 1 }] },
      { list: [2] },
      { any: null },
      { deep: { a: { b: { c: 'd' } } } },
      { deep: { a: { e: 1 } } },
      { status: { x: 1 } },
      { text: 'x' },
      { text: { now: 'map' } },
    ],
  },
]

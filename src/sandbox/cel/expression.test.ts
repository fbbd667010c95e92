import { expect, test } from 'vitest'
import { CelError, compile, optional } from './expression.ts'

test.each([
  ['self.size <= self.max', { self: { size: 1n, max: 2n } }, true],
  ['!has(self.max) || self.size <= self.max', { self: { size: 1n } }, true],
  ['self.all(x, x > 0) && self.exists_one(x, x == 2)', { self: [1n, 2n] }, true],
  ["self.map(x, x.name).join(',')", { self: [{ name: 'a' }, { name: 'b' }] }, 'a,b'],
  ["quantity(self).isLessThan(quantity('1Gi'))", { self: '1000Mi' }, true],
  ["quantity('1.5').add(quantity('500m')).asInteger()", {}, 2n],
  ["quantity('1Gi').compareTo(quantity('1024Mi'))", {}, 0n],
  ["isQuantity('ten')", {}, false],
  ["cidr('10.0.0.0/8').containsIP(ip(self))", { self: '10.1.2.3' }, true],
  ["cidr('10.0.0.0/8').containsCIDR('10.9.0.0/16')", {}, true],
  ["isIP('10.0.0.256')", {}, false],
  ["ip('::1').family()", {}, 6n],
  ["url('https://example.com:8443/a?b=c').getPort()", {}, '8443'],
  ["isURL('not a url')", {}, false],
  ["semver('1.10.0').isGreaterThan(semver('1.9.0'))", {}, true],
  ["semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))", {}, true],
  ['sets.equivalent([1, 2], [2, 1])', {}, true],
  ['[3, 1, 2].max() - [3, 1, 2].min()', {}, 2n],
  ['[1, 2].isSorted() && [1, 2].sum() == 3', {}, true],
  ["'a-b-c'.replace('-', '+', 1)", {}, 'a+b-c'],
  ["'%s has %d of %.1f'.format(['x', 3, 0.25])", {}, 'x has 3 of 0.3'],
  ["'abc 123'.find('[0-9]+')", {}, '123'],
  ['oldSelf.hasValue() ? self == 1 : self == 2', { self: 2n, oldSelf: optional(undefined) }, true],
  ['self.?a.?b.orValue(3)', { self: { a: {} } }, 3n],
])('%s', (text, bindings, wanted) => {
  expect(compile(text).run(bindings)).toEqual(wanted)
})

test('what cannot be parsed or evaluated is a CelError of one line', () => {
  expect(() => compile('1 +')).toThrow(CelError)
  const missing = compile('self.a.b')
  expect(() => missing.run({ self: { a: {} } })).toThrow('No such key: b')
})

test('an expression knows what it looks at', () => {
  const expression = compile('self.x == oldSelf.x')
  expect([expression.uses('oldSelf'), expression.uses('x')]).toEqual([true, false])
})

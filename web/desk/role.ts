import type { Person, Role } from '../../db/people.js';

/** In which of their roles a person acts here: the first that the act is open to. */
export function actingRole(person: Person, allowed: readonly Role[]): Role {
  const role = allowed.find((each) => person.roles.includes(each));
  if (!role) throw new Error('this route is not behind a guard');
  return role;
}

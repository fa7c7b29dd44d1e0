/** The version of the product; the test of the same name keeps it equal to package.json. */
export const homingVersion = '0.1.0';

/** Version of the formulas and constants. A change that moves a number raises it; docs/method.md and CHANGELOG say why. */
export const methodology = "1.2.0";

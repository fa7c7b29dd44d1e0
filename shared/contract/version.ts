/** Raised when a call or a payload changes so that an older end would misread it. */
export const apiVersion = 1;
/** The HTTP header, on requests and answers, that carries {@link apiVersion}. */
export const apiVersionHeader = 'homing-api';

/** Incremented when a call or a payload changes so that an older end would misread it. */
export const apiVersion = 1;
/** The HTTP header with the {@link apiVersion}, in requests and responses. */
export const apiVersionHeader = 'homing-api';

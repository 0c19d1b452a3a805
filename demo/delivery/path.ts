/** Where apps connect to the delivery service. */
export const DELIVERY_PATH = '/delivery';

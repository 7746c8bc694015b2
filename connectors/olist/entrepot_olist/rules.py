"""The cleansing rules, each in a sentence: what is wrong, and what is done about it."""

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "row_broken": "The row has not as many cells as its header: left out.",
    "repeated": "The id stands in an earlier row too: the first is taken, the later one left out.",
    "order_unknown": "The item or payment is of an order that there is not: left out.",
    "order_without_items": "Nothing was ordered: an order without lines is left out.",
    "status_unknown": "The status is none of Olist's eight: the order is left out.",
    "placed_unreadable": "Nobody can say when the order was placed: it is left out.",
    "time_unreadable": "The time cannot be read: taken as not given.",
    "amount_unreadable": "A price or freight is no amount of money: the order is left out.",
    "payment_unreadable": "The payment's value is no amount of money: not counted.",
    "seller_unknown": "A seller is not in the sellers' file: nobody had the goods; left out.",
    "delivered_before_placed": "It arrived before it was ordered: the order is left out.",
    "product_unknown": "The product is not in the products' file: a stand-in item takes its place.",
    "customer_unknown": "The customer is not in the customers' file: the order has no address.",
    "postal_code_unknown": "The postal prefix has no point: that of its first three digits is"
    " taken, where there is one.",
    "point_outside_brazil": "The point is not in Brazil: it does not count for its prefix.",
    "state_unknown": "The seller's state is none of Brazil's: it keeps the time of Brasilia.",
    "weight_missing": "No weight, or none above zero: the median of its category is taken, of all"
    " products where the category has none.",
    "category_missing": "The product has no category: it is taken over without one.",
    "price_zero": "The price is zero: taken over as it is.",
    "approval_missing": "Work went on but no approval was noted: approved when it was placed.",
    "approved_before_placed": "Approved before it was placed: approved when it was placed.",
    "hand_over_missing": "It left, but no time of hand-over was noted: the seller's limit is taken,"
    " kept between approval and delivery.",
    "handed_over_before_placed": "Handed over before it was placed: handed over when it was"
    " approved, or placed where it had arrived by then.",
    "handed_over_before_approved": "Handed over before the approval was noted: the seller was told"
    " at the hand-over, no later.",
    "delivered_before_handed_over": "Delivered before it was handed over: handed over when it was"
    " delivered, no later.",
    "delivery_missing": "Delivered, but nobody noted when: the end of the day it was estimated for,"
    " or the hand-over where that is later.",
    "status_behind": "The dates know more than the status: the dates count.",
    "canceled_after_hand_over": "Canceled, and yet it had left: the cancellation counts, and its"
    " reason says what had left when.",
    "estimate_missing": "No day of delivery was estimated: the order has no promise.",
    "payment_missing": "No payment was noted.",
    "payment_differs": "What was paid is not what items and freight come to: the order's total is"
    " what they come to, its payment what was paid.",
}

b-small/proto/host/host.o: proto/host/host.c b-small/config.h \
 proto/host/host.h proto/policy/merge.h proto/state/state.h \
 proto/base/config.h proto/base/addr.h proto/base/values.h \
 proto/base/counter.h proto/base/event.h proto/packet/message.h \
 proto/base/source.h proto/base/wire.h proto/state/record.h \
 proto/base/timer.h proto/state/walk.h proto/base/random.h \
 proto/host/answer.h proto/host/report.h proto/host/subscription.h \
 proto/state/interface.h proto/state/membership.h
b-small/config.h:
proto/host/host.h:
proto/policy/merge.h:
proto/state/state.h:
proto/base/config.h:
proto/base/addr.h:
proto/base/values.h:
proto/base/counter.h:
proto/base/event.h:
proto/packet/message.h:
proto/base/source.h:
proto/base/wire.h:
proto/state/record.h:
proto/base/timer.h:
proto/state/walk.h:
proto/base/random.h:
proto/host/answer.h:
proto/host/report.h:
proto/host/subscription.h:
proto/state/interface.h:
proto/state/membership.h:

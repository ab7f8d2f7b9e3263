#include "sync/model/sweep.h"

namespace belfry {

const char* name_of(SweepRoute route) {
  switch (route) {
    case SweepRoute::list:
      return "list";
    case SweepRoute::delta:
      return "delta";
  }
  return "";
}

const char* name_of(SweepTrigger trigger) {
  switch (trigger) {
    case SweepTrigger::start:
      return "start";
    case SweepTrigger::lifecycle:
      return "lifecycle";
    case SweepTrigger::new_subscription:
      return "new_subscription";
    case SweepTrigger::silence:
      return "silence";
    case SweepTrigger::schedule:
      return "schedule";
    case SweepTrigger::exhausted:
      return "exhausted";
    case SweepTrigger::person:
      return "person";
    case SweepTrigger::administrator:
      return "administrator";
  }
  return "";
}

bool is_incident(SweepTrigger trigger) {
  switch (trigger) {
    case SweepTrigger::start:
    case SweepTrigger::lifecycle:
    case SweepTrigger::new_subscription:
    case SweepTrigger::silence:
      return true;
    case SweepTrigger::schedule:
    case SweepTrigger::exhausted:
    case SweepTrigger::person:
    case SweepTrigger::administrator:
      break;
  }
  return false;
}

}  // namespace belfry
